// SPDX-License-Identifier: MIT
#pragma once
#include <QObject>
#include <QtTest>
#include <functional>
#include <memory>
#include <string>

namespace hmr::test {

/// Registers a test class under the name of its file, so that one binary holds the tests of a folder.
bool registerTestClass(const std::string& name, std::function<std::unique_ptr<QObject>()> make);

}  // namespace hmr::test

/// HMR_TEST_CLASS(TestRotation, "test_rotation") at the end of test_rotation.cpp, before its .moc include.
#define HMR_TEST_CLASS(Class, name) \
    static const bool registered##Class = hmr::test::registerTestClass(name, [] { return std::make_unique<Class>(); });
