"""What resspec asks of its own parts, asked of this one."""

import pytest
from resspec_inverted.block import Inverted

from resspec.testing import check_part


@pytest.mark.parametrize("part", [Inverted(), Inverted(expansion=1.5, kernel=5)])
def test_the_block_is_a_lawful_part(part: Inverted):
    check_part(part)
