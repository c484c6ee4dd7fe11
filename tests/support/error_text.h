// SPDX-License-Identifier: MIT
#pragma once
#include <QString>
#include <concepts>

#include "body/error.h"

namespace hmr::test {

/// The text of the Error that the call throws; empty when it throws none.
QString errorText(std::invocable auto call) {
    try {
        call();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

}  // namespace hmr::test
