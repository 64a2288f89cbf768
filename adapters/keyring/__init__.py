"""The keys that people's words are sealed under, and what became of those that were destroyed."""

from adapters.keyring.keys import Key as Key
from adapters.keyring.keys import Secret as Secret
from adapters.keyring.keys import WrongMasterKey as WrongMasterKey
from adapters.keyring.memory import MemoryKeys as MemoryKeys
from adapters.keyring.postgres import PostgresKeys as PostgresKeys
from adapters.keyring.ring import HOUSE as HOUSE
from adapters.keyring.ring import Fence as Fence
from adapters.keyring.ring import Incomplete as Incomplete
from adapters.keyring.ring import Keyring as Keyring
from adapters.keyring.ring import Lost as Lost
from adapters.keyring.ring import NoKey as NoKey
from adapters.keyring.ring import Owner as Owner
