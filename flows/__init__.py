"""When things run: the Prefect flow. The only place that imports Prefect."""
