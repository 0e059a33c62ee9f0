"""After an incident: its content elsewhere, accounts again, reactions, its return (反弹)."""
