"""Copies an addon and exports one of its functions under a second name: python add_export.py FILE COPY NAME"""

import sys

import lief

file, copy, name = sys.argv[1:]
addon = lief.parse(file)
addon.add_exported_function(addon.get_symbol("napi_register_module_v1").value, name)
addon.write(copy)
