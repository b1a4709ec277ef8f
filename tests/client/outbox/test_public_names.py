"""What importing the outbox costs."""

from __future__ import annotations

import subprocess
import sys


def loaded_by(statement):
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_sdk_loads_no_database_and_the_outbox_no_soap_engine():
    assert "sqlalchemy" not in loaded_by("import winnerlook, winnerlook.receiver")
    assert not loaded_by("import winnerlook.outbox") & {"zeep", "psycopg", "winnerlook_mock"}


def test_without_the_extra_the_error_names_it():
    code = "import sys; sys.modules['sqlalchemy'] = None\ntry: import winnerlook.outbox\nexcept ImportError as error: print(error)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "winnerlook[outbox]" in done.stdout
