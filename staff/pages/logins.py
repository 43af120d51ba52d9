from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User

# Django's class is generic only for type checkers.
if TYPE_CHECKING:
    BaseUserAdmin = UserAdmin[User]
else:
    BaseUserAdmin = UserAdmin

admin.site.unregister(User)


@admin.register(User)
class LoginAdmin(BaseUserAdmin):
    readonly_fields = ("last_login", "date_joined")
