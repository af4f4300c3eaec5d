"""Reads lines of "TYPE<tab>HEX" and says of each what stock protovalidate says.

usage: validate.py IMAGE.binpb < CASES      IMAGE: a FileDescriptorSet. A line "accept" or "refuse" for each case.
"""
import sys

import protovalidate
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

pool = descriptor_pool.DescriptorPool()
with open(sys.argv[1], "rb") as image:
    for file in descriptor_pb2.FileDescriptorSet.FromString(image.read()).file:
        pool.Add(file)
for line in sys.stdin:
    name, data = line.rstrip("\n").split("\t")
    message = message_factory.GetMessageClass(pool.FindMessageTypeByName(name)).FromString(bytes.fromhex(data))
    print("refuse" if protovalidate.collect_violations(message, fail_fast=True) else "accept")
