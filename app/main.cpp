// SPDX-License-Identifier: MIT
#include <QApplication>
#include <cstdio>
#include <exception>

#include "app/look.h"
#include "app/main_window.h"
#include "app/motion/motion_desk.h"

int main(int argc, char** argv) {
    hmr::requestOpenGl();
    QApplication application(argc, argv);
    QApplication::setOrganizationName("hmr-studio");
    QApplication::setApplicationName("hmr-studio");
    QApplication::setApplicationDisplayName("HMR Studio");
    QApplication::setApplicationVersion(HMR_VERSION);
    QApplication::setDesktopFileName("hmr-studio");
    try {
        hmr::applyLook(application);
        hmr::MainWindow window(hmr::parseCommandLine(application.arguments()));
        window.show();
        if (window.options().screenshot.isEmpty()) window.motion().offerRecovery();
        return QApplication::exec();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hmr-studio: %s\n", error.what());
        return 1;
    }
}
