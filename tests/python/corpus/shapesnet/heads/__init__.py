from .pooled import PooledHead
from .flat import FlatHead as Flat

HEADS = {"pooled": PooledHead, "flat": Flat}
