"""The words the gate reads, as data, by kind. What is not here is not checked; what is here must
hold.

Cues are phrases in lower case, each for every inflection of its words; `=` behind one asks for that
very form, ` * ` stands for up to three words."""
