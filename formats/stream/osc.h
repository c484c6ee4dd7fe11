// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hmr {

/// One Open Sound Control message (OSC 1.0): an address and its arguments.
struct OscMessage {
    using Argument = std::variant<std::int32_t, float, std::string>;
    std::string address;
    std::vector<Argument> arguments;
    bool operator==(const OscMessage&) const = default;
};

/// The packet of one message, or a bundle (time tag "immediately") of several.
std::string oscBytes(const OscMessage& message);
std::string oscBundle(const std::vector<OscMessage>& messages);

/// The messages of a packet, bundles opened. Throws Error for anything that is no OSC.
std::vector<OscMessage> parseOsc(std::string_view packet);

}  // namespace hmr
