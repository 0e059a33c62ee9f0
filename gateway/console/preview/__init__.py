"""The console alone, with sample answers: for those who work on its pages.

    python -m gateway.console.preview

serves it at http://127.0.0.1:8010; any key that begins with `gsw_` signs in.
"""
