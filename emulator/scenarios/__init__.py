"""Scenario files and rules, from what people write to what the engine obeys; complaints that say where and why.

    YAML text ─► reading (scalars) ─► tree ──────┐
    JSON body ─────────────────────────────────┴─► checking (drill, vocabulary, account_words) ─► Scenario, RuleSpec,
                                                        └─► Invalid: every complaint, one line each     AccountPatch

files reads files, library finds those that come with the package, schema tells editors. Which providers, codes and
switches there are is handed in as a Vocabulary. yaml is imported when a file is read, and not before.
"""
