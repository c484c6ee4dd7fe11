// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hmr {

enum class PickleKind : std::uint8_t {
    None, Bool, Integer, BigInteger, Real, Text, Bytes, List, Tuple, Dict, Set, Global, Object, Persistent
};

struct PickleNode;

/// One value of a pickle: a handle of 16 bytes that is valid while its Pickle lives. A value of another kind than a
/// function asks for throws Error ("a list was found where a whole number was expected").
class PickleValue {
public:
    PickleValue() = default;
    explicit PickleValue(bool value) : kind_(PickleKind::Bool), boolean_(value) {}
    explicit PickleValue(std::int64_t value) : kind_(PickleKind::Integer), integer_(value) {}
    explicit PickleValue(double value) : kind_(PickleKind::Real), real_(value) {}
    PickleValue(PickleKind kind, PickleNode* node) : kind_(kind), node_(node) {}

    PickleKind kind() const { return kind_; }
    bool isNone() const { return kind_ == PickleKind::None; }
    bool isNumber() const;                              ///< truth value, whole or real number
    bool isText() const { return kind_ == PickleKind::Text || kind_ == PickleKind::Bytes; }
    bool isSequence() const { return kind_ == PickleKind::List || kind_ == PickleKind::Tuple || kind_ == PickleKind::Set; }
    bool isObject(std::string_view className) const;    ///< an instance of "module name"

    std::int64_t integer() const;
    double number() const;
    /// UTF-8 of a text, raw bytes of a bytes object, of Python 2's str and of an integer beyond 64 bits (little endian).
    std::string_view text() const;
    std::span<const PickleValue> items() const;         ///< of a list, tuple or set; of a dictionary: key, value, key, value …
    /// What a dictionary, or the attributes of an object, hold under a name.
    std::optional<PickleValue> find(std::string_view key) const;
    PickleValue at(std::string_view key) const;         ///< the same; throws Error when it is missing
    std::string_view className() const;                 ///< "module name" of a global or an object; empty for other kinds
    PickleValue arguments() const;                      ///< of an object: what its constructor was given; of Persistent: its id
    PickleValue state() const;                          ///< of an object: its attributes; None when it has none
    std::string description() const;                    ///< "a list of 3", for messages

    /// Null for None and plain numbers.
    PickleNode* node() const { return kind_ == PickleKind::Bool || kind_ == PickleKind::Integer || kind_ == PickleKind::Real ? nullptr : node_; }

private:
    PickleKind kind_ = PickleKind::None;
    union {
        bool boolean_;
        std::int64_t integer_;
        double real_;
        PickleNode* node_ = nullptr;
    };
};

/// Classes and functions that a pickle names are never looked up or called; their names are kept as data. What happens to
/// a name that is not on the list of those that known files contain:
enum class UnknownNames {
    Refuse,  ///< Error
    Keep     ///< kept as an opaque object, unless it belongs to a module that runs programs or code, which is an Error too
};

/// A Python pickle (protocols 0 to 5, Python 2's included) as a tree of values. Nothing is executed whatever the stream
/// says; memory is bounded by a small multiple of the stream. joblib's uncompressed files are read as well. The bytes must
/// outlive the object.
class Pickle {
public:
    /// Reads one pickle at the beginning of `bytes`. Throws Error with the byte offset of what is wrong.
    Pickle(std::string_view bytes, const std::string& nameForErrors, UnknownNames unknown = UnknownNames::Refuse);
    ~Pickle();
    Pickle(Pickle&&) noexcept;
    Pickle& operator=(Pickle&&) noexcept;

    const PickleValue& root() const;
    std::size_t size() const;  ///< bytes of the stream up to its end mark
    std::span<const PickleValue> references() const;  ///< every reference to data outside of the stream, in its order

private:
    struct Tree;
    friend class PickleMachine;
    std::unique_ptr<Tree> tree_;
};

}  // namespace hmr
