// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace hmr {

/// Sends datagrams to one address. Nobody need listen: what cannot be delivered is lost, as UDP has it.
class UdpSender {
public:
    /// A host name or address; port in 1..65535. Throws Error.
    UdpSender(const std::string& host, int port);
    ~UdpSender();
    UdpSender(UdpSender&& other) noexcept;
    UdpSender& operator=(UdpSender&& other) noexcept;

    void send(std::string_view datagram);

private:
    int socket_ = -1;
};

}  // namespace hmr
