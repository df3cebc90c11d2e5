"""Attacks on the model: hostile texts in everything that attackers can write, against a scripted
model that obeys whatever it reads."""
