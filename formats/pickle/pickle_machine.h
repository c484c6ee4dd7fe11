// SPDX-License-Identifier: MIT
#pragma once
#include <deque>
#include <unordered_map>

#include "formats/pickle/pickle_node.h"

namespace hmr {

/// What a pickle's values live in, with a count of the memory they take.
struct Pickle::Tree {
    std::deque<PickleNode> nodes;
    std::deque<std::string> decoded;  ///< texts that the stream does not hold as they are
    std::vector<PickleValue> references;
    PickleValue root;
    std::size_t size = 0;
};

/// Follows the operations of a pickle (Python's pickletools.py describes them) and builds its tree. Only this file knows
/// what an operation means; nothing in it calls what the stream names.
class PickleMachine {
public:
    PickleMachine(std::string_view bytes, const std::string& name, UnknownNames unknown, Pickle::Tree& tree);
    void run();

private:
    [[noreturn]] void fail(const std::string& what) const;
    void charge(std::size_t bytes);

    // Bytes of the stream.
    std::string_view take(std::size_t count);
    std::string_view takeLine();
    std::uint64_t takeUnsigned(int numBytes);
    double takeReal();

    // The stack.
    void push(PickleValue value);
    PickleValue pop();
    PickleValue& top();
    std::vector<PickleValue> popToMark();

    // Values.
    PickleNode& newNode();
    PickleValue container(PickleKind kind, std::vector<PickleValue> items);
    PickleValue textOf(PickleKind kind, std::string_view text);
    PickleValue decodedText(PickleKind kind, std::string text);
    PickleValue global(std::string_view module, std::string_view name);
    PickleValue call(PickleValue callable, PickleValue arguments);
    PickleValue encodedBytes(const PickleValue& arguments);
    PickleValue integerFrom(std::string_view littleEndian);
    void build();
    void append(PickleValue target, std::vector<PickleValue> values);
    void setItems(PickleValue target, std::vector<PickleValue> keysAndValues);

    void remember(std::uint64_t key);
    void recall(std::uint64_t key);
    std::uint64_t decimalLine();

    bool step();
    bool stepNumber(unsigned char operation);
    bool stepText(unsigned char operation);
    bool stepContainer(unsigned char operation);
    bool stepMemo(unsigned char operation);
    bool stepObject(unsigned char operation);
    void refer(PickleValue id);

    std::string_view bytes_;
    const std::string& name_;
    UnknownNames unknown_;
    Pickle::Tree& tree_;
    std::size_t position_ = 0, operationStart_ = 0;
    std::size_t charged_ = 0, allowance_;
    std::vector<PickleValue> stack_;
    std::vector<std::size_t> marks_;
    std::unordered_map<std::uint64_t, PickleValue> memo_;
};

}  // namespace hmr
