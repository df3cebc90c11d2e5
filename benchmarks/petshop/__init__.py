"""PetShop: performance issues of a cloud application, from metrics and a call graph alone."""
