"""The list of scenarios: a name, what it is for, and the function that plays it."""

SCENARIOS = {}
# Those whose captures are too large to be kept: recorded on request (record.py --all) and checked where they are.
TOO_LARGE = set()


def scenario(purpose, stage=None, keep=True):
    """Register a function under its own name; the capture is called the same. `stage`: other than the usual one."""

    def register(play):
        assert play.__name__ not in SCENARIOS, play.__name__
        SCENARIOS[play.__name__] = (purpose, play, stage)
        if not keep:
            TOO_LARGE.add(play.__name__)
        return play

    return register
