"""The executor of a Dask cluster: the tasks of the heavy stages on machines that share the folder of the corpus.

Belongs here: all that knows Dask. `address` says which cluster; `executor` hands out tasks and adopts what they wrote;
`connection` speaks with the scheduler; `attempts` and `children` are what a worker does, and `child` the process in
which a document may crash; `identity` compares a worker with this machine. Only `connection` imports Dask, and only
where a cluster is used. Nothing here can change a byte of a table.
"""

__fingerprint__ = False
