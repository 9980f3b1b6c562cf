"""Where the packages meet: settings, addresses, the API and the command line. No logic lives here."""
