// SPDX-License-Identifier: MIT
#pragma once
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace hmr::test {

/// Root may read and write everything; while it lives this thread may not.
class ObeyedPermissions {
public:
    ObeyedPermissions() {
        ::syscall(SYS_capget, &header_, before_);
        __user_cap_data_struct obeying[_LINUX_CAPABILITY_U32S_3] = {before_[0], before_[1]};
        obeying[0].effective &= ~(1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH);
        ::syscall(SYS_capset, &header_, obeying);
    }
    ~ObeyedPermissions() { ::syscall(SYS_capset, &header_, before_); }
    ObeyedPermissions(const ObeyedPermissions&) = delete;
    ObeyedPermissions& operator=(const ObeyedPermissions&) = delete;

private:
    __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct before_[_LINUX_CAPABILITY_U32S_3]{};
};

}  // namespace hmr::test
