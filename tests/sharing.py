"""Which tests one xdist worker runs together, because they share what takes long to start."""

from xdist.scheduler import LoadScopeScheduling

# All tests of such a folder share one system; of any other, the tests of one file stay together.
# (pytest-xdist 3.8 has marks for this, `xdist_group`: with pytest 9.2 they have no effect.)
_FOLDERS = ("tests/faults/", "tests/flow/")


class Sharing(LoadScopeScheduling):
    """Hands out folders and files, the largest first."""

    def _split_scope(self, nodeid: str) -> str:
        folder = next((folder for folder in _FOLDERS if nodeid.startswith(folder)), None)
        return folder or nodeid.partition("::")[0]
