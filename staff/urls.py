from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.contrib import admin
from django.urls import path

from staff.login.decorators import login_page, own_login
from staff.login.passkeys import LoginView, SecondFactorView, Step, accepts_own_challenge, challenge
from staff.login.passwords import ForgottenView, SetPasswordView
from staff.login.second_factor import ActivateAppView
from staff.login.single_sign_on.views import callback, link, sign_on

second_factor = accepts_own_challenge(Step.SECOND_FACTOR)(SecondFactorView.as_view())
passkey_login = accepts_own_challenge(Step.LOGIN)(LoginView.as_view())
passkey_challenge = accepts_own_challenge(Step.LOGIN)(challenge)
confirm_with_passkey = accepts_own_challenge(Step.CONFIRMATION)(passkeys.reauthenticate_webauthn)
add_passkey = accepts_own_challenge(Step.SET_UP)(passkeys.add_webauthn)

# Django and allauth need these names.
urlpatterns = [
    path("login/", admin.site.login, name="account_login"),
    path("logout/", admin.site.logout, name="account_logout"),
    path("forgotten-password/", login_page(ForgottenView.as_view()), name="admin_password_reset"),
    path("set-password/<uidb64>/<token>/", login_page(SetPasswordView.as_view()), name="password_reset_confirm"),
    path("sso/<provider_id>/", sign_on, name="single_sign_on"),
    path("sso/<provider_id>/link/", link, name="single_sign_on_link"),
    path("sso/<provider_id>/callback/", callback, name="openid_connect_callback"),
    path("login/code/", login_page(second_factor), name="mfa_authenticate"),
    path("login/passkey/", login_page(passkey_login), name="mfa_login_webauthn"),
    path("login/passkey/challenge/", login_page(passkey_challenge), name="passkey_challenge"),
    path("confirm/", own_login(account.reauthenticate), name="account_reauthenticate"),
    path("confirm/code/", own_login(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("confirm/passkey/", own_login(confirm_with_passkey), name="mfa_reauthenticate_webauthn"),
    path("second-factor/", own_login(mfa.index), name="mfa_index"),
    path("second-factor/app/", own_login(ActivateAppView.as_view()), name="mfa_activate_totp"),
    path("second-factor/app/remove/", own_login(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("second-factor/codes/", own_login(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("second-factor/codes/new/", own_login(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("second-factor/codes/file/", own_login(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("second-factor/passkeys/", own_login(passkeys.list_webauthn), name="mfa_list_webauthn"),
    path("second-factor/passkeys/add/", own_login(add_passkey), name="mfa_add_webauthn"),
    path("second-factor/passkeys/<int:pk>/", own_login(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
    path("second-factor/passkeys/<int:pk>/remove/", own_login(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
]
