"""How Guard spells a key otherwise when a map does not have it: camel, class, kebab, pascal, snake, title and train case, in that order.

Only for keys of Latin letters and separators, as the generator and rules in the wild have them; class case makes the last word singular.
"""

import re


def words(key):
    return [word for part in re.split(r"[^A-Za-z0-9]+", key) for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|[A-Z]", part)]


def singular(word):
    if len(word) < 2 or re.search(r"(ss|us|is)$", word, re.I):
        return word
    if re.search(r"ies$", word, re.I):
        return word[:-3] + "y"
    if re.search(r"(ss|sh|ch|x)es$", word, re.I):
        return word[:-2]
    return word[:-1] if word[-1] in "sS" else word


def spellings(key):
    lower = [word.lower() for word in words(key)]
    if not lower:
        return [key] * 7
    upper = [word.capitalize() for word in lower]
    one = upper[:-1] + [singular(upper[-1])]
    return [lower[0] + "".join(upper[1:]), "".join(one), "-".join(lower), "".join(upper), "_".join(lower), " ".join(upper), "-".join(upper)]
