from django.apps import AppConfig
from django.http import HttpRequest


class StaffConfig(AppConfig):
    name = "edino.staff"
    label = "staff"

    def ready(self) -> None:
        # Imported here, because these modules need the models to be loaded.
        from allauth.account import signals as account_signals  # models must be loaded first
        from allauth.mfa import signals as factor_signals  # models must be loaded first

        from edino.staff import api  # models must be loaded first
        from edino.staff.screens import account  # models must be loaded first
        from edino.staff.screens.navigation import register  # models must be loaded first

        def may(request: HttpRequest, operation: str) -> bool:
            return api.may(api.person_of(request), operation)

        register(may)
        account_signals.password_changed.connect(account.note_password)
        account_signals.password_reset.connect(account.note_password)
        factor_signals.authenticator_added.connect(account.note_factor_added)
        factor_signals.authenticator_removed.connect(account.note_factor_removed)
