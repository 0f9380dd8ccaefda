"""Learning to label any texts from examples: features, model, measures, and a store of versions."""
