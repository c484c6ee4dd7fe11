// SPDX-License-Identifier: MIT
#pragma once
#include <QWidget>

#include "app/fit_job.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QTreeWidget;

namespace hmr {

/// The 19 joints of the picture with how far, in pixels, the chosen body is off them, and the fit that pulls it there.
class FitPanel : public QWidget {
    Q_OBJECT
public:
    explicit FitPanel(Session& session, QWidget* parent = nullptr);

    void snap();  ///< "Snap to picture"
    FitJob& job() { return job_; }

Q_SIGNALS:
    void failed(const QString& message);

private:
    void refresh();
    void take(const FitRequest& request, const FitResult& result);

    Session& session_;
    FitJob job_;
    QTreeWidget* table_;
    QLabel* summary_;
    QProgressBar* progress_;
    QPushButton *snap_, *cancel_, *clear_;
};

}  // namespace hmr
