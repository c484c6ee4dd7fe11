// SPDX-License-Identifier: MIT
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QString>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>

namespace hmr::test {

/// A server on a loopback port that the system chooses. It takes visitors and never says a word: what a sender that hangs looks like.
class SilentServer {
public:
    SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        isListening_ = ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) == 0 && ::listen(socket_, 8) == 0;
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
    }
    ~SilentServer() {
        if (visitor_ >= 0) ::close(visitor_);
        ::close(socket_);
    }
    SilentServer(const SilentServer&) = delete;
    SilentServer& operator=(const SilentServer&) = delete;
    bool isListening() const { return isListening_; }
    QString url() const { return QString("http://127.0.0.1:%1/stream").arg(port_); }
    /// Whether somebody has come; waits at most as long.
    bool hasVisitor(int milliseconds = 0) {
        pollfd waiting{socket_, POLLIN, 0};
        if (visitor_ < 0 && ::poll(&waiting, 1, milliseconds) > 0) visitor_ = ::accept(socket_, nullptr, nullptr);
        return visitor_ >= 0;
    }

protected:
    int visitor() const { return visitor_; }

private:
    int socket_, port_ = 0, visitor_ = -1;
    bool isListening_ = false;
};

/// Sends the same JPEG picture over and over to the first visitor, as network cameras do, until told to stop.
class PictureServer : public SilentServer {
public:
    explicit PictureServer(std::string jpeg) : jpeg_(std::move(jpeg)), thread_([this](const std::stop_token& stop) { serve(stop); }) {}
    /// The sender falls silent, but stays.
    void hang() {
        thread_.request_stop();
        if (thread_.joinable()) thread_.join();
    }
    /// The sender goes away.
    void unplug() {
        hang();
        ::shutdown(visitor(), SHUT_RDWR);
    }

private:
    void serve(const std::stop_token& stop) {
        while (!hasVisitor(50))
            if (stop.stop_requested()) return;
        const timeval patience{2, 0};
        ::setsockopt(visitor(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
        std::string request(4096, '\0');
        ::recv(visitor(), request.data(), request.size(), 0);
        send("HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=frame\r\n\r\n");
        const std::string part = "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: " + std::to_string(jpeg_.size()) + "\r\n\r\n" + jpeg_ + "\r\n";
        while (!stop.stop_requested() && send(part)) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    bool send(const std::string& bytes) const {
        return ::send(visitor(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
    }

    std::string jpeg_;
    std::jthread thread_;  // last: it uses the members above
};

}  // namespace hmr::test
