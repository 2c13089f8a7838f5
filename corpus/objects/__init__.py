"""What DVC keeps: pins in dvc.lock, objects in the cache and in remotes. The only package that imports dvc."""
