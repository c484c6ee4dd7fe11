// SPDX-License-Identifier: MIT
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>

namespace hmr::test {

/// Listens on a loopback port that the system chooses, or the one behind another listener's.
class UdpListener {
public:
    explicit UdpListener(int port = 0) : socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        isBound_ = ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
        socklen_t size = sizeof(address);
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
    }
    ~UdpListener() { ::close(socket_); }
    UdpListener(const UdpListener&) = delete;
    UdpListener& operator=(const UdpListener&) = delete;
    bool isBound() const { return isBound_; }
    int port() const { return port_; }
    /// Empty when nothing came within so many seconds.
    std::string receive(double patience = 5) {
        const timeval wait{static_cast<time_t>(patience), static_cast<suseconds_t>(1e6 * (patience - static_cast<double>(static_cast<time_t>(patience))))};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
        std::string bytes(65536, '\0');
        const ssize_t size = ::recv(socket_, bytes.data(), bytes.size(), 0);
        bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return bytes;
    }

private:
    int socket_, port_ = 0;
    bool isBound_ = false;
};

}  // namespace hmr::test
