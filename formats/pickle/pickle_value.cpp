// SPDX-License-Identifier: MIT
#include "body/error.h"
#include "formats/pickle/pickle_node.h"

namespace hmr {
namespace {

using enum PickleKind;

[[noreturn]] void mismatch(const PickleValue& found, const char* expected) {
    throw Error(found.description() + " was found where " + expected + " was expected.");
}

}  // namespace

bool PickleValue::isNumber() const { return kind_ == Bool || kind_ == Integer || kind_ == Real; }

bool PickleValue::isObject(std::string_view className) const { return kind_ == Object && this->className() == className; }

std::int64_t PickleValue::integer() const {
    if (kind_ == Bool) return boolean_ ? 1 : 0;
    if (kind_ != Integer) mismatch(*this, "a whole number");
    return integer_;
}

double PickleValue::number() const {
    if (kind_ == Real) return real_;
    if (!isNumber()) mismatch(*this, "a number");
    return static_cast<double>(integer());
}

std::string_view PickleValue::text() const {
    if (!isText() && kind_ != BigInteger) mismatch(*this, "text");
    return node_->text;
}

std::span<const PickleValue> PickleValue::items() const {
    if (!isSequence() && kind_ != Dict) mismatch(*this, "a list");
    return node_->items;
}

std::optional<PickleValue> PickleValue::find(std::string_view key) const {
    const PickleValue attributes = kind_ == Object ? node_->state : *this;
    if (attributes.kind_ != Dict) return std::nullopt;
    const auto& items = attributes.node_->items;
    for (std::size_t i = items.size(); i >= 2; i -= 2)  // a later entry of the same key replaces the earlier one
        if (items[i - 2].isText() && items[i - 2].node_->text == key) return items[i - 1];
    return std::nullopt;
}

PickleValue PickleValue::at(std::string_view key) const {
    const auto found = find(key);
    if (!found) throw Error("\"" + std::string(key) + "\" is missing.");
    return *found;
}

std::string_view PickleValue::className() const {
    if (kind_ == Global) return node_->text;
    if (kind_ == Object && node_->items[0].kind_ == Global) return node_->items[0].node_->text;
    return {};
}

PickleValue PickleValue::arguments() const {
    if (kind_ == Object) return node_->items[1];
    if (kind_ == Persistent) return node_->items[0];
    mismatch(*this, "an object");
}

PickleValue PickleValue::state() const {
    if (kind_ != Object) mismatch(*this, "an object");
    return node_->state;
}

std::string PickleValue::description() const {
    switch (kind_) {
        case None: return "None";
        case Bool: return "a truth value";
        case Integer: return "a whole number";
        case BigInteger: return "a whole number beyond 64 bits";
        case Real: return "a real number";
        case Text: return "text";
        case Bytes: return "a string of bytes";
        case List: return "a list of " + std::to_string(node_->items.size());
        case Tuple: return "a tuple of " + std::to_string(node_->items.size());
        case Dict: return "a dictionary of " + std::to_string(node_->items.size() / 2);
        case Set: return "a set";
        case Global: return "the name " + std::string(node_->text);
        case Object: return "an object of " + std::string(className());
        case Persistent: return "a reference";
    }
    return "something else";
}

}  // namespace hmr
