"""The torch oracles are helper modules: their assertions are explained like the tests' own."""

import pytest

pytest.register_assert_rewrite("zoo_oracle", "field_oracle")
