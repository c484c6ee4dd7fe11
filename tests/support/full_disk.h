// SPDX-License-Identifier: MIT
#pragma once
#include <sys/resource.h>

#include <csignal>

namespace hmr::test {

/// As if the disk had no more than this much space for a file from now on: writing beyond fails.
inline void limitFileSize(rlim_t space) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = space;
    setrlimit(RLIMIT_FSIZE, &limit);
}

/// The same while it lives.
class FullDisk {
public:
    explicit FullDisk(rlim_t space) {
        getrlimit(RLIMIT_FSIZE, &before_);
        limitFileSize(space);
    }
    ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

}  // namespace hmr::test
