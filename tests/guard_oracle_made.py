"""Rule files and documents made up from a seed, for the oracle: small, of few names so that they meet, over the whole grammar."""

import random

# Each key in several spellings, so that a query in one finds the other; and keys that only quotes or nothing spell.
KEYS = ["Name", "name", "Names", "Size", "BucketName", "bucket_name", "bucketName", "bucket-name", "Tags", "tags", "On", "Map", "List", "Deep"]
ODD = ["with-dash", "aws:tag", "3", "x y"]
WORDS = ["a", "b", "ab", "Ab", "10", "true", "", "0.5", "a%20b", "2024-05-01T10:00:00Z", "Name", "Size", "naïve"]
TYPES = ["AWS::S3::Bucket", "AWS::EC2::Volume", "Custom::Thing"]
REGEXES = ["/a/", "/^a$/", "/(?i)A/", "/b|1/", "/^(?!a)/", "/a(?=b)/", r"/^\d+$/", r"/\Aab\z/", "/^.?$/", r"/a\/b/", "/[a-c]+/", "/(.)\\1/"]


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def some_of(self, *steps):
        return self.r.choice(steps)()

    def chance(self, share):
        return self.r.random() < share


class Document(Maker):
    def scalar(self):
        r = self.r
        return self.some_of(lambda: r.choice(WORDS), lambda: r.choice(WORDS), lambda: r.choice([0, 1, 5, 10, -3]), lambda: r.choice([0.5, 5.0, 10.25]),
                            lambda: r.choice([True, False]), lambda: None)

    def value(self, depth):
        r = self.r
        if depth == 0 or self.chance(0.45):
            return self.scalar()
        if self.chance(0.5):
            return [self.value(depth - 1) for _ in range(r.randrange(4))]
        return self.map(depth - 1)

    def map(self, depth):
        keys = self.r.sample(KEYS, self.r.randrange(5)) + self.r.sample(ODD, self.r.choice([0, 0, 1]))
        return {key: self.value(depth) for key in keys}

    def make(self):
        r = self.r
        out = {}
        if self.chance(0.93):
            out["Resources"] = {}
            for i in range(r.choice([0, 1, 2, 2, 3, 4])):
                resource = {"Type": r.choice(TYPES), "Properties": self.map(2)}
                if self.chance(0.6):
                    resource["Properties"]["Tags"] = [{"Key": r.choice(["a", "b"]), "Value": self.scalar()} for _ in range(r.randrange(3))]
                if self.chance(0.1):
                    del resource["Properties"]
                out["Resources"][f"R{i}"] = resource
        for key in r.sample(KEYS, r.randrange(5)):
            out[key] = self.value(3)
        return out


class Rules(Maker):
    def __init__(self, seed):
        super().__init__(seed)
        self.lets, self.captures, self.names, self.calls, self.count = [], [], [], [], 0
        self.loose = self.chance(0.06)  # a file that uses names which stand for nothing

    # -- values and expressions

    def literal(self, depth=1):
        r = self.r
        kinds = [lambda: r.choice(['"a"', '"b"', "'ab'", '"10"', '""', "'it\\'s'", '"Name"', "'AWS::S3::Bucket'"]),
                 lambda: r.choice(["0", "1", "5", "10", "-3", "2"]), lambda: r.choice(["0.5", "5.0", "10.25", "1e+1"]),
                 lambda: r.choice(["true", "false", "True", "null", "NULL"]), lambda: r.choice(REGEXES),
                 lambda: r.choice(["r[0,5]", "r(1,10)", "r[0.5, 10.25)", "r(0, 5]", "r[a,b]", "r(0,9)", "r[1.0,5.0]"])]
        if depth:
            kinds += [lambda: "[" + ", ".join(self.literal(depth - 1) for _ in range(r.randrange(4))) + "]",
                      lambda: "[" + self.literal(depth - 1) + "]",
                      lambda: "{ " + ", ".join(f"{r.choice(['Name', 'Size', quoted('with-dash'), 'x-y'])}: {self.literal(0)}" for _ in range(r.randrange(2))) + " }"]
        return r.choice(kinds)()

    def function(self, inside, depth=1):
        r = self.r
        over = lambda: self.function(inside, depth - 1) if depth and self.chance(0.25) else self.query(inside, 0)  # noqa: E731
        return self.some_of(
            lambda: f"{r.choice(['count', 'to_upper', 'to_lower', 'parse_string', 'url_decode', 'json_parse'])}({over()})",
            lambda: f"{r.choice(['count', 'parse_int', 'parse_float', 'parse_boolean', 'parse_char'])}({over()})",
            lambda: f"join({over()}, {r.choice([quoted(','), quoted(''), quoted('-')])})",
            lambda: f"substring({over()}, {r.choice(['0', '1'])}, {r.choice(['1', '2', '0'])})",
            lambda: f"regex_replace({over()}, {r.choice([quoted('(a)'), quoted('^(.)(.*)$'), quoted('b')])}, {r.choice([quoted('<$1>'), quoted('${1}x'), quoted('z')])})",
            lambda: r.choice(["now()", "parse_epoch('2024-05-01T10:00:00Z')", f"parse_epoch({over()})"]))

    def expression(self, inside):
        draw = self.r.random()
        return self.literal() if draw < 0.68 else self.query(inside, 0) if draw < 0.88 else self.function(inside)

    # -- queries

    def plain_key(self):
        return self.r.choice([key for key in KEYS if "-" not in key])

    def key(self):
        return quoted(self.r.choice(ODD)) if self.chance(0.07) else self.plain_key()

    def head(self, inside):
        r = self.r
        if self.loose and self.chance(0.1):
            return "%nowhere"
        if self.lets and self.chance(0.3):
            return "%" + r.choice(self.lets)
        if self.captures and self.chance(0.04):
            return "%" + r.choice(self.captures)
        if inside:
            return self.some_of(lambda: "Properties." + self.key(), lambda: "Properties." + self.key(), lambda: "Type", lambda: "this", self.plain_key)
        return self.some_of(self.plain_key, self.plain_key, lambda: "Resources.*", lambda: "Resources", lambda: "Resources.*.Properties." + self.key(),
                            lambda: f"Resources.*[ Type == '{r.choice(TYPES)}' ].Properties.{self.key()}")

    def captured(self):
        self.count += 1
        self.captures.append(f"c{self.count}")
        return self.captures[-1]

    def step(self, so_far, inside, depth):
        r = self.r
        after_key = so_far[-1].isalpha() and not so_far.endswith("this")
        kind = r.randrange(13)
        if kind < 3:
            return "." + self.key()
        if kind == 3:
            return "[*]"
        if kind == 4:
            return ".*"
        if kind == 5:
            return r.choice(["[0]", "[1]", "[-1]", ".0", "[ -2 ]".replace(" ", ""), "[2]"])
        if kind in (6, 7) and depth and (after_key or so_far.endswith("*") or so_far.endswith("[*]")):
            name = f"{self.captured()} | " if self.chance(0.15) and after_key else ""
            body = self.clause(True, depth - 1)
            if self.chance(0.25):
                body += self.r.choice(["\n", " or "]) + self.clause(True, 0)
            return f"[ {name}{body} ]"
        if kind == 8:
            right = self.some_of(lambda: r.choice(['"Name"', "/^N/", "'Size'", "['Name', 'Tags']", "['Size']", "/a/", "[/N/, 'Size']", "[1, 'Name']"]),
                                 lambda: "%" + r.choice(self.lets) if self.lets else "'Map'")
            return f"[ {r.choice(['keys', 'KEYS'])} {r.choice(['==', '!=', 'in', 'not in', '!in'])} {right} ]"
        if kind == 9:
            return "." + r.choice(["Key", "Value", quoted("with-dash")])
        if kind == 10 and self.lets and after_key:
            return ".%" + r.choice(self.lets) + r.choice(["", "", "[0]", "[1]", "[*]", ".Name"])
        if kind == 11 and after_key and self.chance(0.3):
            return r.choice(["[ {} ]", "[{}]"]).format(self.captured())
        if kind == 12:
            return f"['{r.choice(KEYS)}']"
        return ""

    def query(self, inside, depth=1):
        out = self.head(inside)
        for _ in range(self.r.choice([0, 0, 1, 1, 2, 3])):
            out += self.step(out, inside, depth)
        return out

    # -- statements

    def message(self):
        return self.r.choice(["", "", "", "", " << say why >>", " <<\n two\n lines\n>>"])

    def clause(self, inside, depth=1):
        r = self.r
        inverted, some = r.choice(["", "", "", "", "not ", "!", "NOT "]), "some " if self.chance(0.15) else ""
        query = self.query(inside, depth)
        if self.chance(0.35):
            operator = r.choice(["exists", "empty", "empty", "is_string", "is_list", "is_struct", "is_bool", "is_int", "is_float", "is_null", "EXISTS"])
            return f"{inverted}{some}{query} {r.choice(['', '!', 'not '])}{operator}"
        operator = r.choice(["==", "==", "!=", "in", "not in", "IN", "!in", "<", "<=", ">", ">="])
        return f"{inverted}{some}{query} {operator} {self.expression(inside)}"

    def let(self, inside):
        self.count += 1
        value = self.some_of(self.literal, lambda: self.query(inside), lambda: "some " + self.query(inside), lambda: self.function(inside),
                             lambda: f"Resources.*[ Type == '{self.r.choice(TYPES)}' ]", lambda: "Resources.*[ Type == /S3/ ].Properties",
                             lambda: self.r.choice(["'Name'", "['Name', 'Tags']", "'R0'", "Names", "Resources.*.Type", "this"]))
        name = self.r.choice(["v", "V"]) + str(self.count)
        text = f"let {name} {self.r.choice(['=', '=', ':='])} {value}"
        self.lets.append(name)
        return text

    def call(self, inside):
        name, count = self.r.choice(self.calls)
        if self.loose and self.chance(0.3):
            name, count = self.r.choice([("gone", count), (name, count + 1), (name, max(0, count - 1))])
        arguments = ", ".join(self.expression(inside) for _ in range(count))
        return f"{self.r.choice(['', '', 'not '])}{name}({arguments}){self.message()}"

    def condition(self, inside):
        r = self.r
        kinds = [lambda: self.clause(inside), lambda: self.clause(inside)]
        if self.calls:
            kinds.append(lambda: self.call(inside))
        if self.names and not inside:
            kinds.append(lambda: r.choice(["", "not "]) + r.choice(self.names))
        out = r.choice(kinds)()
        if self.chance(0.3):
            out += r.choice(["\n", " or\n", "\nor "]) + self.clause(inside)
        return out

    def body(self, inside, depth, names):
        lines, before = [], len(self.lets)
        for _ in range(self.r.choice([0, 0, 1])):
            lines.append(self.let(inside))
        for _ in range(self.r.choice([1, 1, 2, 3])):
            lines.append(self.statement(inside, depth, names))
            if self.chance(0.1):
                lines[-1] += "  # a remark"
        del self.lets[before:]
        return "{\n" + "\n".join(lines) + "\n}"

    def statement(self, inside, depth, names):
        """names: rules' names and type blocks may stand here."""
        r = self.r
        kind = r.randrange(13)
        if kind == 0 and depth:
            return f"when {self.condition(inside)} {self.body(inside, depth - 1, False)}"
        if kind in (1, 2) and depth:
            return f"{r.choice(['', '', '', 'some '])}{self.query(inside)} {r.choice(['', '', '!empty ', 'not EMPTY '])}{self.body(True, depth - 1, False)}"
        if kind == 3 and names and not inside:
            type_ = r.choice(TYPES) + ("" if self.chance(0.9) else "::MODULE")
            if type_.count("::") == 2 and type_.endswith("MODULE"):
                type_ = "AWS::S3::Bucket::MODULE"
            if self.chance(0.3):
                return f"{type_} {self.clause(True)}"
            when = f" when {self.condition(True)}" if self.chance(0.4) else ""
            return f"{type_}{when} {self.body(True, max(0, depth - 1), False)}"
        if kind == 4 and names and self.names:
            name = "gone" if self.loose and self.chance(0.3) else r.choice(self.names)
            return f"{r.choice(['', 'not '])}{name}" + r.choice(["", " << say why >>"])
        if kind in (5, 6) and self.calls:
            return self.call(inside)
        if kind in (7, 8):
            return f"{self.clause(inside)}{r.choice([' or ', ' OR', ' |OR|'])}\n{self.clause(inside)}"
        return self.clause(inside) + self.message()

    def parameterised(self):
        r = self.r
        self.count += 1
        name, parameters = f"check{self.count}", ["x", "y", "z"][:r.choice([1, 1, 2, 3])]
        before = list(self.lets)
        self.lets = before + parameters * 2
        body = "{\n%x " + self.body(True, 1, False) + "\n}" if self.chance(0.4) else self.body(True, 2, False)
        text = f"rule {name}({', '.join(parameters)}) {body}"
        self.lets = before
        self.calls.append((name, len(parameters)))
        return text

    def make(self):
        r = self.r
        out = ["# made up"] + [self.let(False) for _ in range(r.randrange(4))]
        out += [self.parameterised() for _ in range(r.randrange(3))]
        if self.chance(0.2):
            out.append(self.statement(False, 1, False))
        for i in range(r.choice([2, 3, 4])):
            again = self.names and self.chance(0.15)
            name = r.choice(self.names) if again else f"r{i}"
            inner = self.names
            self.names = inner[:inner.index(name)] if again else inner  # no rule asks itself, by way of others either
            when = f" when {self.condition(False)}" if self.chance(0.35) else ""
            out.append(f"rule {name}{when} {self.body(False, 2, True)}")
            self.names = inner if again else inner + [name]
        return "\n".join(out) + "\n"


def quoted(text):
    return '"' + text + '"'


def document(seed):
    return Document(f"document {seed}").make()


def rules(seed):
    return Rules(f"rules {seed}").make()
