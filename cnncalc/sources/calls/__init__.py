"""Calls of torch's functions, however they were seen: which ops they are, and their graph.

A source that follows a forward pass (the tracer of live modules, the reader of Python text)
meets calls such as `F.max_pool2d(x, 2)`. What such a call means stands here, without torch:
`tensor` says what is asked of a tensor, `rules` which op a call is, `recording` keeps what was
called and where each tensor came from, and `network` makes a graph of it.
"""
