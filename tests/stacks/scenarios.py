"""The list of scenarios: a name, what it is for, and the function that plays it."""

SCENARIOS = {}


def scenario(purpose, stage=None):
    """Register a function under its own name; the capture is called the same. `stage`: other than the usual one."""

    def register(play):
        assert play.__name__ not in SCENARIOS, play.__name__
        SCENARIOS[play.__name__] = (purpose, play, stage)
        return play

    return register
