"""docs/operations.md lists the variables. An invalid value stops the process at startup. Production is the default."""

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.http.request import split_domain_port
from environs import EnvError, validate

from hindsight import __version__
from hindsight.db.configuration import database_of
from hindsight.environment import MAX_DAYS, comma_separated, env, number
from hindsight.server.bodies import MAX_BODY_BYTES
from hindsight.text.languages import ENGLISH, languages_in

BASE_DIR = Path(__file__).resolve().parent.parent

# ---- Environment -----------------------------------------------------------------------------------------------------

DEVELOPMENT = (
    env.str("HINDSIGHT_ENV", "production", validate=validate.OneOf(["production", "development"])) == "development"
)
DEBUG: bool = env.boolean("DEBUG", "false")
HINDSIGHT_ALLOW = comma_separated(
    "HINDSIGHT_ALLOW", choices=("debug", "password_only", "public_host", "public_metrics")
)
if DEBUG and not DEVELOPMENT and "debug" not in HINDSIGHT_ALLOW:
    raise EnvError("DEBUG shows customers' data on error pages. In production, HINDSIGHT_ALLOW=debug must be set too.")

HOST = env.str("HOST", "") or "127.0.0.1"
PORT = number("PORT", 8000, 1, 65_535)
WEB_CONCURRENCY = number("WEB_CONCURRENCY", 2, 1, 1_000)
WEB_THREADS = number("WEB_THREADS", 4, 1, 1_000)  # each has one database connection

if DEVELOPMENT:
    SECRET_KEY = env.str("SECRET_KEY", "development only: production has no default")
    ALLOWED_HOSTS = comma_separated("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
    PUBLIC_BASE_URL: str = env.base_url("PUBLIC_BASE_URL", f"http://127.0.0.1:{PORT}", schemes="http https")
    DATABASE_URL = env.database_url("DATABASE_URL", f"sqlite:///{BASE_DIR / 'var' / 'hindsight.sqlite3'}")
else:
    SECRET_KEY = env.secret("SECRET_KEY", "")
    ALLOWED_HOSTS = env.public_hosts("ALLOWED_HOSTS", "")
    PUBLIC_BASE_URL = env.base_url("PUBLIC_BASE_URL", "", schemes="https")
    DATABASE_URL = env.database_url("DATABASE_URL", "")

# The links that the server makes always work.
ALLOWED_HOSTS = [*dict.fromkeys([*ALLOWED_HOSTS, split_domain_port(urlsplit(PUBLIC_BASE_URL).netloc)[0]])]
SECRET_KEY_FALLBACKS = comma_separated("SECRET_KEY_FALLBACKS")
OLD_MAIL_KEYS = comma_separated("OLD_MAIL_KEYS")  # only of links to opt out, and of suppressed addresses

TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES", "")

# ---- Applications ----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "staff.apps.StaffSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",  # the template filter "intcomma"
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",  # Swagger UI
    "hindsight.db",
    "hindsight.queue",
    "hindsight.http",
    "hindsight.limits",
    "hindsight.api",
    "hindsight.docs",
    "orgs",
    "webhooks",
    "contacts",
    "deals",
    "jobs",
    "sequences",
    "interviews",
    "interviews.web",
    "staff",
    "hindsight.mcp",
]

MIDDLEWARE = [
    "hindsight.http.middleware.RequestMiddleware",
    "hindsight.http.probes.ProbeMiddleware",
    "hindsight.http.proxies.TrustedProxyMiddleware",
    "hindsight.api.handlers.ApiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "hindsight.http.middleware.PageMiddleware",
    # The API skips these.
    "hindsight.http.middleware.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "staff.visible_text.visible_text",
    "hindsight.http.middleware.EndOfPageMiddleware",
]

ROOT_URLCONF = "hindsight.urls"
WSGI_APPLICATION = "hindsight.wsgi.application"
APPEND_SLASH = False  # a redirect would lose the body of a PATCH
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = ENGLISH  # of everything but the survey page
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGES = [(code, code) for code in languages_in(LOCALE_PATHS[0])]
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = ["hindsight.formats"]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "staff" / "templates"],  # some extend templates of Django's admin with the same name
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# ---- Stores ----------------------------------------------------------------------------------------------------------

SQLITE_SYNCHRONOUS = env.str("SQLITE_SYNCHRONOUS", "normal", validate=validate.OneOf(["normal", "full"]))
_database = database_of(DATABASE_URL, sqlite_synchronous=SQLITE_SYNCHRONOUS)
_counters: dict[str, Any] = {"BACKEND": "hindsight.limits.counters.DatabaseCounters"}

if _database["ENGINE"] == "hindsight.db.sqlite3":
    Path(_database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    _counters = {
        "BACKEND": "hindsight.limits.counters.SQLiteCounters",
        "LOCATION": f"{_database['NAME']}-counters",
    }

DATABASES = {"default": _database}

# See hindsight.db.configuration.
DATABASE_LOCK_SECONDS = number("DATABASE_LOCK_SECONDS", 3.0, 0.001, 86_400)
DATABASE_STATEMENT_SECONDS = number("DATABASE_STATEMENT_SECONDS", 15.0, 0.001, 86_400)
DATABASE_IDLE_TRANSACTION_SECONDS = number("DATABASE_IDLE_TRANSACTION_SECONDS", 15.0, 0.001, 86_400)

REDIS_URL = env.redis_url("REDIS_URL", "")
if REDIS_URL:
    _counters = {"BACKEND": "hindsight.limits.counters.RedisCounters", "LOCATION": REDIS_URL}

# "default" is that of one process. Over the maximum, it drops what was used least recently.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
    "counters": _counters,
}

# ---- The API ---------------------------------------------------------------------------------------------------------

RATELIMIT_USE_CACHE = "counters"
RATELIMIT_FAIL_OPEN = True
# django-ratelimit's defaults. It looks them up for each request, and Django does not cache that a setting is missing.
RATELIMIT_ENABLE = True
RATELIMIT_CACHE_PREFIX = "rl:"
RATELIMIT_HASH_ALGORITHM = hashlib.sha256
ANONYMOUS_RATE_LIMIT = number("ANONYMOUS_RATE_LIMIT", 300, 1, 1_000_000)

DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_200  # the form of a guide with 30 topics of 10 follow-ups

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["orgs.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "hindsight.api.json_bodies.AlwaysJSON",
    "DEFAULT_PARSER_CLASSES": ["hindsight.api.json_bodies.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "hindsight.api.handlers.exception_handler",
    "UNAUTHENTICATED_USER": None,
}

# ---- Paige -----------------------------------------------------------------------------------------------------------

PAIGE_BASE_URL = env.web_url("PAIGE_BASE_URL", "", example="https://models.example.com/v1")
PAIGE_MODEL = env.str("PAIGE_MODEL", "")
PAIGE_API_KEY = env.str("PAIGE_API_KEY", "")
# With "rules", notes and objective never leave the server. With "guide", no message is worded.
PAIGE_CHOOSER = env.str("PAIGE_CHOOSER", "model", validate=validate.OneOf(["model", "rules"]))
PAIGE_WORDING = env.str("PAIGE_WORDING", "model", validate=validate.OneOf(["model", "guide"]))
PAIGE_WORDING_BASE_URL = env.web_url("PAIGE_WORDING_BASE_URL", "", example="https://models.example.com/v1")
PAIGE_WORDING_MODEL = env.str("PAIGE_WORDING_MODEL", "")
PAIGE_WORDING_API_KEY = env.str("PAIGE_WORDING_API_KEY", "")
PAIGE_TIMEOUT = number("PAIGE_TIMEOUT", 8.0, 0.1, 60)
PAIGE_MAX_NOTES = number("PAIGE_MAX_NOTES", 24_000, 1_000, 1_000_000)
# Each concurrent request has a thread of its own, in addition to WEB_THREADS.
PAIGE_CONCURRENCY = number("PAIGE_CONCURRENCY", 16, 1, 10_000)

# ---- Webhooks --------------------------------------------------------------------------------------------------------

WEBHOOK_DELIVERY_DAYS = number("WEBHOOK_DELIVERY_DAYS", 30, 1, MAX_DAYS)

# ---- Security --------------------------------------------------------------------------------------------------------

CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS", "")
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 60 * 60  # the session length of staff
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not DEVELOPMENT
if not DEVELOPMENT:
    # Browsers accept a __Host- cookie only over HTTPS and without a domain, so no subdomain can set it.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_SSL_HOST = urlsplit(PUBLIC_BASE_URL).netloc  # else the redirect goes to the host and port of the request
SECURE_HSTS_SECONDS = 0 if DEVELOPMENT else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEVELOPMENT
SECURE_REDIRECT_EXEMPT = [r"^api/"]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

ANYMAIL: dict[str, str] = {}  # of a provider in EMAIL_URL
EMAIL_URL = env.mail_server("EMAIL_URL", "")
globals().update(
    EMAIL_URL or ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"} if DEVELOPMENT else {})
)
MAIL_WEBHOOK_SECRET = ANYMAIL_WEBHOOK_SECRET = env.login("MAIL_WEBHOOK_SECRET", "")
EMAIL_DKIM_SELECTOR = env.str("EMAIL_DKIM_SELECTOR", "")
DEFAULT_FROM_EMAIL = env.sender("EMAIL_FROM", "")
EMAIL_TIMEOUT = 10
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60  # of links to set a password

# If not required, staff are only asked for a second factor that they have set up.
SECOND_FACTOR_REQUIRED = not DEVELOPMENT and "password_only" not in HINDSIGHT_ALLOW
MFA_ADAPTER = "staff.login.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "staff.login.second_factor.CodeForm",
    "reauthenticate": "staff.login.second_factor.ConfirmingCodeForm",
    "login_webauthn": "staff.login.passkeys.LoginForm",
    "authenticate_webauthn": "staff.login.passkeys.SecondFactorForm",
    "reauthenticate_webauthn": "staff.login.passkeys.ConfirmingForm",
    "add_webauthn": "staff.login.passkeys.AddForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Hindsight"
MFA_TOTP_TOLERANCE = 1  # codes of 30 s before and after, for clocks that differ
ACCOUNT_ADAPTER = "staff.login.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "staff.login.adapters.SingleSignOnAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False  # staff.login.attempts counts attempts, in the store of all processes
LOGIN_URL = "admin:login"

# Single sign-on of staff.
OIDC_SERVER_URL = env.web_url("OIDC_SERVER_URL", "", example="https://login.example.com")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", "")
OIDC_NAME = env.str("OIDC_NAME", "single sign-on")
OIDC_LINK_BY_EMAIL: bool = env.boolean("OIDC_LINK_BY_EMAIL", "false")
OIDC_TRUST_EMAIL: bool = env.boolean("OIDC_TRUST_EMAIL", "false")
OIDC_SECOND_FACTOR = env.str("OIDC_SECOND_FACTOR", "never", validate=validate.OneOf(["never", "amr", "always"]))
OIDC_CONCURRENCY = 4
# Host names of webhook endpoints that a web process resolves at once, when they are entered.
RESOLVE_CONCURRENCY = 8
LOGIN_REDIRECT_URL = "admin:index"

# 1,000 requests per minute that each overwrite 2,900 bytes stay below the default.
AUDIT_BYTES_PER_DAY = number("AUDIT_BYTES_PER_DAY", 4 * 1024**3, 0, 2**60)
AUDIT_DAYS = number("AUDIT_DAYS", None, 1, MAX_DAYS)
AUDIT_DAYS_BY_FIELD = env.days_by_field("AUDIT_DAYS_BY_FIELD", "")

SECURITY_EVENT_DAYS = number("SECURITY_EVENT_DAYS", 400, 1, MAX_DAYS)

_VALIDATORS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATORS}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATORS}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATORS}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATORS}.NumericPasswordValidator"},
]

# ---- Static files ----------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
# Production needs `manage.py collectstatic`.
STATIC_ROOT = None if DEVELOPMENT else BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = DEVELOPMENT
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEVELOPMENT
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# ---- Metrics, error reports and traces -------------------------------------------------------------------------------

METRICS_ADDRESS = env.metrics_address("METRICS_ADDRESS", "", may_be_public="public_metrics" in HINDSIGHT_ALLOW)

# These require requirements/observability.txt.
SENTRY_DSN = env.web_url("SENTRY_DSN", "", example="https://key@sentry.example.com/1", needs=("username", "path"))
OTEL_EXPORTER_OTLP_ENDPOINT = env.web_url("OTEL_EXPORTER_OTLP_ENDPOINT", "", example="http://127.0.0.1:4318")
OTEL_EXPORTER_OTLP_PROTOCOL = env.str(
    "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", validate=validate.OneOf(["http/protobuf"])
)
OTEL_SERVICE_NAME = env.str("OTEL_SERVICE_NAME", "hindsight")
if OTEL_EXPORTER_OTLP_ENDPOINT:
    MIDDLEWARE.insert(2, "hindsight.http.observability.TraceMiddleware")  # probes have no traces

# ---- Logs ------------------------------------------------------------------------------------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", "INFO", validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"]))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "hindsight.http.logs.TextFormatter"},
        "json": {"()": "hindsight.http.logs.JSONFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "text" if DEVELOPMENT else "json"}},
    "root": {
        "handlers": ["stderr"],
        "level": LOG_LEVEL,
    },
    # Django would mail request bodies to ADMINS, and log each 4xx twice.
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True, "level": "CRITICAL"},  # the request line, with the query
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
        "mcp": {"level": "WARNING"},  # a line for each message
        "hindsight.security": {"level": "INFO"},  # whatever LOG_LEVEL is
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # any client can cause it; the access log has it
    },
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Hindsight API",
    "VERSION": __version__,  # the version of the API is in its path
    "DESCRIPTION": "Create win-loss interview requests, update their context, and read the transcripts.",
    "OAS_VERSION": "3.1.0",
    "WEBHOOKS": "webhooks.schema.WEBHOOKS",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "ErrorCode": "hindsight.api.operations.ERROR_CODES",
        "InterviewStatus": "interviews.lifecycle.Status",
        "EventType": "webhooks.api.event_views.TYPES",
        "DeliveryStatus": "webhooks.models.Status",
        "WebhookEndpointStatus": "webhooks.models.EndpointState",
        "SettableWebhookEndpointStatus": "webhooks.api.bodies.STATUSES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "hindsight.api.schema.require_bodies",
        "hindsight.api.schema.name_enum_values",
        "hindsight.api.schema.share_error_responses",
        "webhooks.schema.name_events",
    ],
    "SERVERS": [{"url": PUBLIC_BASE_URL, "description": "The server that this description comes from"}],
    "CONTACT": {"name": "Hindsight", "url": PUBLIC_BASE_URL},
    "TAGS": [
        {
            "name": "interviews",
            "description": "Interview requests: create and update them, read status and transcript.",
        },
        {"name": "deals", "description": "What your system says about deals: outcome, reason, competitor, amount."},
        {"name": "findings", "description": "What contacts named as reasons, over many interviews."},
        {"name": "transcripts", "description": "Search in what contacts said."},
        {"name": "webhooks", "description": "Events that the server sends to your endpoints."},
        {"name": "webhook-endpoints", "description": "Where the server sends events to, and their secrets."},
        {"name": "events", "description": "What happened in the last 30 days."},
        {"name": "me", "description": "Your organization, its plan, and what your API key may do."},
        {"name": "interview-types", "description": "The kinds of interview that an interview request can be for."},
        {"name": "sequences", "description": "The mails that Paige sends to contacts."},
    ],
}

# hindsight.http.apps compares others with them.
ENVIRONMENT_VARIABLES = {*env.dump()}
