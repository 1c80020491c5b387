"""Reads safetensors files: 8 bytes with the header's length, the header in JSON, then the tensors' bytes."""

import json

import numpy

TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}


def read(path):
    """All tensors by name, and the metadata.

    Raises ValueError where the file is not what its header says.
    """
    with open(path, "rb") as file:
        content = file.read()
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or length > len(content) - 8:
        raise ValueError(f"{path} is not a safetensors file, or is cut short")
    header = json.loads(content[8:8 + length])
    data = content[8 + length:]
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] not in TYPES:
            raise ValueError(f"{path}: tensor {name} has the type {entry['dtype']}, which numpy does not have")
        start, end = entry["data_offsets"]
        if end > len(data):
            raise ValueError(f"{path} is cut short: tensor {name} ends at byte {end} of {len(data)}")
        tensors[name] = numpy.frombuffer(data[start:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors, metadata
