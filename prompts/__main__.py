"""`python -m prompts`: record new versions."""

from __future__ import annotations

import sys

from prompts import PromptError
from prompts.versions import record

try:
    for key in record():
        print(f"recorded {key}")
except PromptError as error:
    sys.exit(str(error))
