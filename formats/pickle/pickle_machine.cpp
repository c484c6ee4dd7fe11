// SPDX-License-Identifier: MIT
#include "formats/pickle/pickle_machine.h"

#include <bit>
#include <charconv>
#include <cstring>

#include "body/error.h"
#include "formats/pickle/known_names.h"
#include "formats/pickle/pickle_arrays.h"
#include "formats/pickle/python_text.h"

namespace hmr {
namespace {

using enum PickleKind;

// A tree may take the stream's own size and this much more; real files hold few values and long arrays.
constexpr std::size_t kFreeBytes = std::size_t{48} << 20;
constexpr int kNewestProtocol = 5;

}  // namespace

PickleMachine::PickleMachine(std::string_view bytes, const std::string& name, UnknownNames unknown, Pickle::Tree& tree)
    : bytes_(bytes), name_(name), unknown_(unknown), tree_(tree), allowance_(kFreeBytes + bytes.size()) {}

void PickleMachine::fail(const std::string& what) const {
    throw Error("Cannot read " + name_ + ": at byte " + std::to_string(operationStart_) + " of its pickle " + what +
                " Fetch the file again from where it came from.");
}

void PickleMachine::charge(std::size_t bytes) {
    charged_ += bytes;
    if (charged_ > allowance_) fail("it makes more values than a file of " + std::to_string(bytes_.size()) + " bytes needs.");
}

std::string_view PickleMachine::take(std::size_t count) {
    if (count > bytes_.size() - position_)
        fail("the file ends too early: " + std::to_string(count) + " bytes were expected, " +
             std::to_string(bytes_.size() - position_) + " are left.");
    const std::string_view taken = bytes_.substr(position_, count);
    position_ += count;
    return taken;
}

std::string_view PickleMachine::takeLine() {
    const std::size_t end = bytes_.find('\n', position_);
    if (end == std::string_view::npos) fail("the file ends within a line.");
    std::string_view line = bytes_.substr(position_, end - position_);
    position_ = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::uint64_t PickleMachine::takeUnsigned(int numBytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, take(static_cast<std::size_t>(numBytes)).data(), static_cast<std::size_t>(numBytes));
    return value;
}

double PickleMachine::takeReal() { return std::bit_cast<double>(__builtin_bswap64(takeUnsigned(8))); }

void PickleMachine::push(PickleValue value) {
    if (stack_.size() == stack_.capacity()) charge((stack_.capacity() + 8) * sizeof(PickleValue));
    stack_.push_back(value);
}

PickleValue PickleMachine::pop() {
    const PickleValue value = top();
    stack_.pop_back();
    return value;
}

PickleValue& PickleMachine::top() {
    const std::size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() <= floor) fail("a value is missing.");
    return stack_.back();
}

std::vector<PickleValue> PickleMachine::popToMark() {
    if (marks_.empty()) fail("a mark is missing.");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleValue> values(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return values;
}

PickleNode& PickleMachine::newNode() {
    charge(sizeof(PickleNode));
    return tree_.nodes.emplace_back();
}

PickleValue PickleMachine::container(PickleKind kind, std::vector<PickleValue> items) {
    charge(items.size() * sizeof(PickleValue));
    PickleNode& node = newNode();
    node.items = std::move(items);
    return {kind, &node};
}

PickleValue PickleMachine::textOf(PickleKind kind, std::string_view text) {
    PickleNode& node = newNode();
    node.text = text;
    return {kind, &node};
}

PickleValue PickleMachine::decodedText(PickleKind kind, std::string text) {
    charge(text.size() + sizeof(std::string));
    return textOf(kind, tree_.decoded.emplace_back(std::move(text)));
}

PickleValue PickleMachine::integerFrom(std::string_view littleEndian) {
    if (littleEndian.size() > sizeof(std::int64_t)) return textOf(BigInteger, littleEndian);
    if (littleEndian.empty()) return PickleValue(std::int64_t{0});
    std::uint64_t value = 0;
    std::memcpy(&value, littleEndian.data(), littleEndian.size());
    const auto unusedBits = 64 - 8 * littleEndian.size();
    return PickleValue(static_cast<std::int64_t>(value << unusedBits) >> unusedBits);
}

PickleValue PickleMachine::global(std::string_view module, std::string_view name) {
    const std::string whole = std::string(module) + " " + std::string(name);
    const bool isRefused = unknown_ == UnknownNames::Keep ? isDangerousName(whole) : !isKnownName(whole);
    if (isRefused)
        fail("it names \"" + whole.substr(0, 200) + "\", which is nothing that a file of this kind needs. Nothing was executed; such a file may "
             "have been made to do harm.");
    return decodedText(Global, whole);
}

// Python 3 writes bytes into old protocols as latin-1 text and a call that encodes it again.
PickleValue PickleMachine::encodedBytes(const PickleValue& arguments) {
    if (arguments.kind() != Tuple || arguments.items().empty() || !arguments.items()[0].isText()) fail("an encoded text has no text.");
    std::string bytes;
    if (!latin1FromUtf8(arguments.items()[0].text(), bytes)) fail("an encoded text is not latin-1.");
    return decodedText(Bytes, std::move(bytes));
}

PickleValue PickleMachine::call(PickleValue callable, PickleValue arguments) {
    if (callable.kind() != Global) fail(callable.description() + " is called.");
    if (arguments.kind() != Tuple) fail("a call has " + arguments.description() + " for arguments.");
    const std::string_view name = callable.className();
    const auto first = arguments.items().empty() ? std::optional<PickleValue>() : arguments.items()[0];
    if (name == "_codecs encode") return encodedBytes(arguments);
    const auto isBuiltin = [&](std::string_view word) {
        return (name.starts_with("builtins ") || name.starts_with("__builtin__ ")) && name.substr(name.find(' ') + 1) == word;
    };
    if ((isBuiltin("bytes") || isBuiltin("bytearray")) && !first) return textOf(Bytes, {});
    if (isBuiltin("bytearray") && first->kind() == Bytes) return *first;
    if ((isBuiltin("set") || isBuiltin("frozenset")) && (!first || first->isSequence())) {
        const auto items = first ? first->items() : std::span<const PickleValue>();
        return container(Set, {items.begin(), items.end()});
    }
    if (name == "collections OrderedDict" || name == "collections defaultdict" || isBuiltin("dict")) {
        const PickleValue dictionary = container(Dict, {});
        if (name != "collections defaultdict" && first && first->isSequence())
            for (const PickleValue& pair : first->items())
                if (pair.isSequence() && pair.items().size() == 2) setItems(dictionary, {pair.items()[0], pair.items()[1]});
        return dictionary;
    }
    // Python's old way to make an instance: the class comes as an argument, its attributes with BUILD.
    if (name.ends_with(" _reconstructor") || name.ends_with(" __newobj__")) {
        if (!first || first->kind() != Global) fail("an object has no class.");
        callable = *first;
    }
    return container(Object, {callable, arguments});
}

void PickleMachine::build() {
    const PickleValue state = pop();
    const PickleValue target = top();
    if (!target.node()) fail("attributes are given to " + target.description() + ".");
    target.node()->state = state;
    if (!target.isObject("joblib.numpy_pickle NumpyArrayWrapper")) return;
    JoblibArray array;
    try {
        array = joblibArray(target);
    } catch (const Error& error) {
        fail(std::string("an array of joblib's cannot be read. ") + error.what());
    }
    if (array.isPadded) take(takeUnsigned(1));
    target.node()->text = take(array.numBytes);
}

void PickleMachine::append(PickleValue target, std::vector<PickleValue> values) {
    if (target.kind() == Object) return;  // a list or set of a class of its own; its elements are not looked at
    if (!target.isSequence() || target.kind() == Tuple) fail("elements are added to " + target.description() + ".");
    auto& items = target.node()->items;
    charge(2 * values.size() * sizeof(PickleValue));
    items.insert(items.end(), values.begin(), values.end());
}

void PickleMachine::setItems(PickleValue target, std::vector<PickleValue> keysAndValues) {
    if (keysAndValues.size() % 2 != 0) fail("a key has no value.");
    if (target.kind() == Object) {  // a dictionary of a class of its own
        if (target.node()->state.kind() != Dict) target.node()->state = container(Dict, {});
        return setItems(target.node()->state, std::move(keysAndValues));
    }
    if (target.kind() != Dict) fail("entries are added to " + target.description() + ".");
    auto& items = target.node()->items;
    charge(2 * keysAndValues.size() * sizeof(PickleValue));
    items.insert(items.end(), keysAndValues.begin(), keysAndValues.end());
}

void PickleMachine::remember(std::uint64_t key) {
    if (memo_.emplace(key, PickleValue()).second) charge(64);
    memo_[key] = top();
}

void PickleMachine::recall(std::uint64_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) fail("it refers to a value that it has not made.");
    push(found->second);
}

std::uint64_t PickleMachine::decimalLine() {
    const std::string_view line = takeLine();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (error != std::errc() || end != line.data() + line.size()) fail("a number is malformed.");
    return value;
}

bool PickleMachine::stepNumber(unsigned char operation) {
    switch (operation) {
        case 'N': push(PickleValue()); return true;
        case 0x88: push(PickleValue(true)); return true;
        case 0x89: push(PickleValue(false)); return true;
        case 'K': push(PickleValue(static_cast<std::int64_t>(takeUnsigned(1)))); return true;
        case 'M': push(PickleValue(static_cast<std::int64_t>(takeUnsigned(2)))); return true;
        case 'J': push(PickleValue(std::int64_t{static_cast<std::int32_t>(takeUnsigned(4))})); return true;
        case 'G': push(PickleValue(takeReal())); return true;
        case 0x8a: push(integerFrom(take(takeUnsigned(1)))); return true;
        case 0x8b: push(integerFrom(take(takeUnsigned(4)))); return true;
        case 'I':
        case 'L': {
            std::string_view line = takeLine();
            if (line.ends_with('L')) line.remove_suffix(1);
            if (operation == 'I' && (line == "00" || line == "01")) {
                push(PickleValue(line == "01"));
                return true;
            }
            std::int64_t value = 0;
            const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
            if (end != line.data() + line.size() || (error != std::errc() && error != std::errc::result_out_of_range) || line.empty())
                fail("a whole number is malformed.");
            push(error == std::errc() ? PickleValue(value) : textOf(BigInteger, line));
            return true;
        }
        case 'F': {
            const std::string_view line = takeLine();
            double value = 0;
            const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
            if (error == std::errc::invalid_argument || end != line.data() + line.size()) fail("a real number is malformed.");
            push(PickleValue(value));
            return true;
        }
        default: return false;
    }
}

bool PickleMachine::stepText(unsigned char operation) {
    switch (operation) {
        case 'S': {
            std::string text;
            if (!bytesFromPythonLiteral(takeLine(), text)) fail("a string is malformed.");
            push(decodedText(Bytes, std::move(text)));
            return true;
        }
        case 'V': {
            std::string text;
            if (!utf8FromRawUnicodeEscape(takeLine(), text)) fail("a text is malformed.");
            push(decodedText(Text, std::move(text)));
            return true;
        }
        case 'U':
        case 'C': push(textOf(Bytes, take(takeUnsigned(1)))); return true;
        case 'T':
        case 'B': push(textOf(Bytes, take(takeUnsigned(4)))); return true;
        case 0x8e:
        case 0x96: push(textOf(Bytes, take(takeUnsigned(8)))); return true;
        case 0x8c: push(textOf(Text, take(takeUnsigned(1)))); return true;
        case 'X': push(textOf(Text, take(takeUnsigned(4)))); return true;
        case 0x8d: push(textOf(Text, take(takeUnsigned(8)))); return true;
        default: return false;
    }
}

bool PickleMachine::stepContainer(unsigned char operation) {
    const auto tupleOf = [&](std::size_t count) {
        std::vector<PickleValue> items(count);
        for (std::size_t i = count; i-- > 0;) items[i] = pop();
        push(container(Tuple, std::move(items)));
    };
    switch (operation) {
        case ']': push(container(List, {})); return true;
        case ')': push(container(Tuple, {})); return true;
        case '}': push(container(Dict, {})); return true;
        case 0x8f: push(container(Set, {})); return true;
        case 'l': push(container(List, popToMark())); return true;
        case 't': push(container(Tuple, popToMark())); return true;
        case 0x91: push(container(Set, popToMark())); return true;
        case 0x85: tupleOf(1); return true;
        case 0x86: tupleOf(2); return true;
        case 0x87: tupleOf(3); return true;
        case 'd': {
            auto items = popToMark();
            if (items.size() % 2 != 0) fail("a key has no value.");
            push(container(Dict, std::move(items)));
            return true;
        }
        case 'a': {
            const PickleValue value = pop();
            append(top(), {value});
            return true;
        }
        case 's': {
            const PickleValue value = pop(), key = pop();
            setItems(top(), {key, value});
            return true;
        }
        case 'e':
        case 0x90: {
            auto values = popToMark();
            append(top(), std::move(values));
            return true;
        }
        case 'u': {
            auto values = popToMark();
            setItems(top(), std::move(values));
            return true;
        }
        default: return false;
    }
}

bool PickleMachine::stepMemo(unsigned char operation) {
    switch (operation) {
        case 'p': remember(decimalLine()); return true;
        case 'q': remember(takeUnsigned(1)); return true;
        case 'r': remember(takeUnsigned(4)); return true;
        case 0x94: remember(memo_.size()); return true;
        case 'g': recall(decimalLine()); return true;
        case 'h': recall(takeUnsigned(1)); return true;
        case 'j': recall(takeUnsigned(4)); return true;
        default: return false;
    }
}

bool PickleMachine::stepObject(unsigned char operation) {
    switch (operation) {
        case 'c': {
            const std::string_view module = takeLine();
            push(global(module, takeLine()));
            return true;
        }
        case 0x93: {
            const PickleValue name = pop(), module = pop();
            if (!name.isText() || !module.isText()) fail("a name is no text.");
            push(global(module.text(), name.text()));
            return true;
        }
        case 'R':
        case 0x81: {
            const PickleValue arguments = pop(), callable = pop();
            push(call(callable, arguments));
            return true;
        }
        case 0x92: {
            pop();  // arguments by keyword
            const PickleValue arguments = pop(), callable = pop();
            push(call(callable, arguments));
            return true;
        }
        case 'i':
        case 'o': {
            PickleValue callable;
            if (operation == 'i') {
                const std::string_view module = takeLine();
                callable = global(module, takeLine());
            }
            auto values = popToMark();
            if (operation == 'o') {
                if (values.empty()) fail("an object has no class.");
                callable = values.front();
                values.erase(values.begin());
            }
            push(call(callable, container(Tuple, std::move(values))));
            return true;
        }
        case 'b': build(); return true;
        case 'P': refer(textOf(Text, takeLine())); return true;
        case 'Q': refer(pop()); return true;
        default: return false;
    }
}

void PickleMachine::refer(PickleValue id) {
    charge(2 * sizeof(PickleValue));
    tree_.references.push_back(container(Persistent, {id}));
    push(tree_.references.back());
}

bool PickleMachine::step() {
    operationStart_ = position_;
    const auto operation = static_cast<unsigned char>(take(1)[0]);
    switch (operation) {
        case '.': return false;
        case '(':
            charge(sizeof(std::size_t));
            marks_.push_back(stack_.size());
            return true;
        case '0':
            if (!marks_.empty() && marks_.back() == stack_.size())
                marks_.pop_back();
            else
                pop();
            return true;
        case '1': popToMark(); return true;
        case '2': push(top()); return true;
        case 0x80:
            if (const auto protocol = takeUnsigned(1); protocol > kNewestProtocol)
                fail("it has the protocol " + std::to_string(protocol) + "; 0 to 5 was expected.");
            return true;
        case 0x95: takeUnsigned(8); return true;  // a frame's length, for readers that read ahead
        case 0x98: return true;                   // a buffer becomes read-only
        default: break;
    }
    if (stepNumber(operation) || stepText(operation) || stepContainer(operation) || stepMemo(operation) || stepObject(operation))
        return true;
    static constexpr char kDigits[] = "0123456789abcdef";
    fail(std::string("the operation 0x") + kDigits[operation >> 4] + kDigits[operation & 15] + " is unknown; this is no pickle or it is damaged.");
}

void PickleMachine::run() {
    while (step()) {}
    tree_.root = pop();
    tree_.size = position_;
}

Pickle::Pickle(std::string_view bytes, const std::string& nameForErrors, UnknownNames unknown) : tree_(std::make_unique<Tree>()) {
    PickleMachine(bytes, nameForErrors, unknown, *tree_).run();
}

Pickle::~Pickle() = default;
Pickle::Pickle(Pickle&&) noexcept = default;
Pickle& Pickle::operator=(Pickle&&) noexcept = default;

const PickleValue& Pickle::root() const { return tree_->root; }
std::size_t Pickle::size() const { return tree_->size; }
std::span<const PickleValue> Pickle::references() const { return tree_->references; }

}  // namespace hmr
