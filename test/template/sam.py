"""Reads a SAM template as JSON on standard input and writes the CloudFormation that SAM makes of it."""

import json
import os
import sys

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")

from samtranslator.parser.parser import Parser  # noqa: E402
from samtranslator.translator.translator import Translator  # noqa: E402

given = json.load(sys.stdin)
translated = Translator({}, Parser()).translate(given["template"], given["parameters"])
json.dump(translated, sys.stdout)
