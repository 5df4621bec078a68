"""CycleGAN's generator with dropout in its blocks, which moves the second convolution by one."""

from resspec.export.naming import Peer
from resspec.export.peers.cyclegan import ALL, ENDS, blocks

PEER = Peer("cyclegan_dropout", (*ENDS, *blocks(6)), all=ALL)
