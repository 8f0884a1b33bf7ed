"""`make bench`: what the hot paths cost, beside a plain Flask view that reads one document.

`servers` starts everything, without a gateway in between; `targets` lists what is asked; `load` asks with wrk;
`deploy.numbers.processes` reads what it took; `report` and `plot` show it. Compare within one run: the load comes
from the same machine, and other machines have other speeds.
"""
