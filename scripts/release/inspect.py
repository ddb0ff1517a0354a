"""Prints what an addon exports and needs, as one line of JSON: python inspect.py FILE

exports: names of the exported symbols. needed: shared libraries. glibc: the newest version of glibc that a symbol asks for, or null.
"""

import json
import re
import sys

import lief


def exported(binary):
    if isinstance(binary, lief.PE.Binary):
        table = binary.get_export()
        return [entry.name for entry in table.entries] if table else []
    names = {str(symbol.name) for symbol in binary.exported_symbols}
    # Mach-O prefixes every name of C with an underscore.
    return sorted(name.removeprefix("_") if isinstance(binary, lief.MachO.Binary) else name for name in names)


def glibc(binary):
    if not isinstance(binary, lief.ELF.Binary):
        return None
    names = [
        version.name
        for requirement in binary.symbols_version_requirement
        for version in requirement.get_auxiliary_symbols()
    ]
    versions = [tuple(map(int, match[1].split("."))) for name in names if (match := re.fullmatch(r"GLIBC_([\d.]+)", name))]
    return ".".join(map(str, max(versions))) if versions else None


def needed(binary):
    if not isinstance(binary, lief.MachO.Binary):
        return [str(name) for name in binary.libraries]
    # The first one can be the name of the library itself.
    own = lief.MachO.LoadCommand.TYPE.ID_DYLIB
    return [library.name for library in binary.libraries if library.command != own]


binary = lief.parse(sys.argv[1])
if binary is None:
    sys.exit(f"{sys.argv[1]} is neither ELF, Mach-O nor PE")
print(json.dumps({"exports": exported(binary), "needed": needed(binary), "glibc": glibc(binary)}))
