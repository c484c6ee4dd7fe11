// SPDX-License-Identifier: MIT
#include "formats/stream/osc.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include "body/error.h"

namespace hmr {
namespace {

constexpr std::string_view kBundleTag("#bundle\0", 8);
constexpr int kDeepestBundle = 8;

void appendInt(std::string& bytes, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
}

/// Text ends with a zero and fills whole groups of four.
void appendText(std::string& bytes, std::string_view text) {
    bytes += text;
    bytes.append(4 - text.size() % 4, '\0');
}

[[noreturn]] void fail(const std::string& what) { throw Error("This is no OSC packet: " + what + "."); }

/// Takes a packet apart from its front.
class Packet {
public:
    explicit Packet(std::string_view bytes) : bytes_(bytes) {}
    bool isEmpty() const { return bytes_.empty(); }
    bool startsWith(std::string_view text) const { return bytes_.starts_with(text); }
    std::string_view take(std::size_t count) {
        if (count > bytes_.size()) fail("it ends too early");
        const std::string_view part = bytes_.substr(0, count);
        bytes_.remove_prefix(count);
        return part;
    }
    std::uint32_t number() {
        std::uint32_t value = 0;
        for (const char c : take(4)) value = value << 8 | static_cast<unsigned char>(c);
        return value;
    }
    std::string text() {
        const std::size_t end = bytes_.find('\0');
        if (end == std::string_view::npos) fail("a text has no end");
        return std::string(take(end + 4 - end % 4).substr(0, end));
    }

private:
    std::string_view bytes_;
};

void parseInto(Packet packet, std::vector<OscMessage>& messages, int depth) {
    if (packet.startsWith(kBundleTag)) {
        if (depth > kDeepestBundle) fail("bundles are nested too deep");
        packet.take(kBundleTag.size() + 8);  // with the time tag
        while (!packet.isEmpty()) {
            const std::uint32_t size = packet.number();
            parseInto(Packet(packet.take(size)), messages, depth + 1);
        }
        return;
    }
    OscMessage message;
    message.address = packet.text();
    if (message.address.empty() || message.address[0] != '/') fail("its address does not start with a slash");
    const std::string types = packet.isEmpty() ? "," : packet.text();
    if (types.empty() || types[0] != ',') fail("its argument types are missing");
    for (const char type : types.substr(1)) {
        if (type == 'i') message.arguments.emplace_back(static_cast<std::int32_t>(packet.number()));
        else if (type == 'f') message.arguments.emplace_back(std::bit_cast<float>(packet.number()));
        else if (type == 's') message.arguments.emplace_back(packet.text());
        else fail(std::string("arguments of type '") + type + "' are not read");
    }
    messages.push_back(std::move(message));
}

}  // namespace

std::string oscBytes(const OscMessage& message) {
    std::string bytes, types = ",", values;
    for (const OscMessage::Argument& argument : message.arguments) {
        if (const auto* number = std::get_if<std::int32_t>(&argument)) {
            types += 'i';
            appendInt(values, static_cast<std::uint32_t>(*number));
        } else if (const auto* real = std::get_if<float>(&argument)) {
            types += 'f';
            appendInt(values, std::bit_cast<std::uint32_t>(*real));
        } else {
            types += 's';
            appendText(values, std::get<std::string>(argument));
        }
    }
    appendText(bytes, message.address);
    appendText(bytes, types);
    return bytes + values;
}

std::string oscBundle(const std::vector<OscMessage>& messages) {
    std::string bytes(kBundleTag);
    appendInt(bytes, 0);
    appendInt(bytes, 1);  // immediately
    for (const OscMessage& message : messages) {
        const std::string one = oscBytes(message);
        appendInt(bytes, static_cast<std::uint32_t>(one.size()));
        bytes += one;
    }
    return bytes;
}

std::vector<OscMessage> parseOsc(std::string_view packet) {
    std::vector<OscMessage> messages;
    parseInto(Packet(packet), messages, 0);
    return messages;
}

}  // namespace hmr
