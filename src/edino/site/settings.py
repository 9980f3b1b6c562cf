"""Django's settings. Everything that differs between installations comes from `EDINO_*` (docs/settings.md)."""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from edino.kernel import environment, messages, postgres

ENVIRONMENT = environment.read()
PACKAGE = Path(__file__).resolve().parent.parent

DEBUG = False
SECRET_KEY = ENVIRONMENT.secret_key
ALLOWED_HOSTS = ENVIRONMENT.hosts
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.origins
ROOT_URLCONF = "edino.site.urls"
WSGI_APPLICATION = "edino.site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "template_partials",
    "django_htmx",
    "procrastinate.contrib.django",
    "edino.kernel",
    "edino.ui",
    "edino.staff",
    "edino.channels",
    "edino.customers",
    "edino.catalogue",
    "edino.activity",
    "edino.promotions",
    "edino.inventory",
    "edino.orders",
    "edino.checkout",
    "edino.integrations",
    "edino.faces",
    "edino.site",
    "allauth",  # after ours, so that the templates of staff stand before its own
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "edino.kernel.web.RequestContext",
    "edino.ui.middleware.SecurityHeaders",
    "edino.ui.middleware.SentFromPage",
    "edino.ui.static_files.StaticFiles",
    "edino.ui.static_files.CompressedPages",
    "edino.kernel.pages.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "edino.kernel.pages.Forms",
    "edino.kernel.pages.People",
    "edino.kernel.pages.Messages",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "edino.ui.context.page",
            ],
            "builtins": ["edino.ui.templatetags.ui"],
        },
    }
]


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "edino.kernel.database",
        "NAME": unquote(parts.path.lstrip("/")) or "edino",
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or query.pop("password", "")),
        "HOST": query.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": query.pop("port", "") or str(parts.port or ""),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,  # the engine sees to it that nobody is handed a dead connection of the pool
        "OPTIONS": {
            **query,
            "pool": {"min_size": 1, "max_size": ENVIRONMENT.pool_size, "timeout": 10},
            "prepare_threshold": 1,
            "application_name": "edino",
        },
    }


DATABASES = {"default": _database(ENVIRONMENT.database_url or postgres.url(ENVIRONMENT.home))}

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kernel_cache"}}

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
ACCOUNT_ADAPTER = "edino.staff.screens.account.AccountAdapter"
ACCOUNT_FORMS = {"login": "edino.staff.screens.account.LogInForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("EDINO_PROXIES", "0"))
MFA_ADAPTER = "edino.staff.screens.account.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENVIRONMENT.secure
MFA_TOTP_ISSUER = "Edino"
MFA_TOTP_TOLERANCE = 1
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = ENVIRONMENT.secure
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SECURE = ENVIRONMENT.secure
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.secure else None
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # of a body that is no file; the collector has the same limit

LANGUAGE_CODE = ENVIRONMENT.language
LANGUAGES = [("ru", "Русский"), ("en", "English")]  # each in its own words, whatever the page speaks
LOCALE_PATHS = messages.compile_all(PACKAGE)
USE_I18N = True
USE_TZ = True
TIME_ZONE = ENVIRONMENT.time_zone

STATIC_URL = "/static/"
STATIC_ROOT = None  # served from the packages themselves, so there is nothing to collect
STATIC_KEPT = ENVIRONMENT.home / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = ENVIRONMENT.home / "media"

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if os.environ.get("EDINO_SMTP_HOST")
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = os.environ.get("EDINO_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("EDINO_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EDINO_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EDINO_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EDINO_SMTP_TLS", "") == "1"
DEFAULT_FROM_EMAIL = os.environ.get("EDINO_MAIL_FROM", "edino@localhost")

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
LOGGING_CONFIG = None
