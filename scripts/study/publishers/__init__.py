"""One publisher's form a module: yearbooks, energy balances, robots, censuses, patents, inventories."""
