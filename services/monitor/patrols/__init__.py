"""Patrols (巡查): key sites, looked at by people, in rounds that are due."""
