// SPDX-License-Identifier: MIT
#include "formats/stream/udp_sender.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "body/error.h"

namespace hmr {

UdpSender::UdpSender(const std::string& host, int port) {
    if (port < 1 || port > 65535) throw Error("There is no UDP port " + std::to_string(port) + "; choose one from 1 to 65535.");
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    if (const int failure = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found); failure != 0)
        throw Error("The address " + host + " cannot be reached: " + ::gai_strerror(failure) + ". Choose another, such as 127.0.0.1.");
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(found, ::freeaddrinfo);
    for (const addrinfo* entry = found; entry && socket_ < 0; entry = entry->ai_next) {
        socket_ = ::socket(entry->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (socket_ >= 0 && ::connect(socket_, entry->ai_addr, entry->ai_addrlen) != 0) ::close(std::exchange(socket_, -1));
    }
    if (socket_ < 0) throw Error("Nothing can be sent to " + host + " port " + std::to_string(port) + "; choose another address.");
}

UdpSender::~UdpSender() {
    if (socket_ >= 0) ::close(socket_);
}

UdpSender::UdpSender(UdpSender&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}

UdpSender& UdpSender::operator=(UdpSender&& other) noexcept {
    std::swap(socket_, other.socket_);
    return *this;
}

void UdpSender::send(std::string_view datagram) {
    // Nobody listening is reported by a later call on the loopback; that is no failure of ours.
    (void)::send(socket_, datagram.data(), datagram.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace hmr
